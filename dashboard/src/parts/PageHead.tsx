/** A page's title with the question that it answers, and its own controls. */
import type { JSX } from "solid-js"
import { type PageName, pages } from "../../../src/domain/api/pages.ts"

export const PageHead = (props: {
  readonly page: PageName
  readonly title?: JSX.Element
  readonly children?: JSX.Element
}) => {
  const page = () => pages.find(({ name }) => name === props.page)
  return (
    <div class="page-head">
      <div>
        <h1>{props.title ?? page()?.title}</h1>
        <p class="quiet">{page()?.question}</p>
      </div>
      {props.children}
    </div>
  )
}
