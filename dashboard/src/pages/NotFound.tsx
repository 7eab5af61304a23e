/** An address that no page has. */
import { A, useLocation } from "@solidjs/router"

export const NotFound = () => {
  const location = useLocation()
  return (
    <>
      <h1>No such page</h1>
      <p>
        There is nothing at <code>{location.pathname}</code>.
      </p>
      <p>
        <A href="/">The overview</A> leads to everything else.
      </p>
    </>
  )
}
