/** The pages: which address shows what. The overview comes with the first bytes, others when they are gone to. */
import { Route, Router } from "@solidjs/router"
import { render } from "solid-js/web"
import { startBeat } from "./data/live.ts"
import { NotFound } from "./pages/NotFound.tsx"
import Overview from "./pages/overview/Overview.tsx"
import { Shell } from "./shell/Shell.tsx"
import "./style/tokens.css"
import "./style/shell.css"
import "./style/parts.css"

const app = document.querySelector("#app")
if (app !== null) {
  startBeat()
  render(() => (
    <Router root={Shell}>
      <Route path="/" component={Overview} />
      <Route path="*" component={NotFound} />
    </Router>
  ), app)
}
