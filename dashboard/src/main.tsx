/** The pages: which address shows what. The overview comes with the first bytes, others when they are gone to. */
import { Route, Router } from "@solidjs/router"
import { createRoot, lazy } from "solid-js"
import { render } from "solid-js/web"
import { startLive } from "./data/live.ts"
import { NotFound } from "./pages/NotFound.tsx"
import Overview from "./pages/overview/Overview.tsx"
import { Shell } from "./shell/Shell.tsx"
import "./style/tokens.css"
import "./style/shell.css"
import "./style/parts.css"

const app = document.querySelector("#app")
if (app !== null) {
  createRoot(startLive)
  render(() => (
    <Router root={Shell}>
      <Route path="/" component={Overview} />
      <Route path="/pipeline" component={lazy(() => import("./pages/pipeline/PipelinePage.tsx"))} />
      <Route path="/sources" component={lazy(() => import("./pages/sources/SourcesPage.tsx"))} />
      <Route path="/alerts" component={lazy(() => import("./pages/alerts/AlertsPage.tsx"))} />
      <Route path="/alerts/:id" component={lazy(() => import("./pages/alerts/AlertPage.tsx"))} />
      <Route path="/traces" component={lazy(() => import("./pages/traces/TracesPage.tsx"))} />
      <Route path="/traces/:id" component={lazy(() => import("./pages/traces/TracePage.tsx"))} />
      <Route path="/services" component={lazy(() => import("./pages/services/ServicesPage.tsx"))} />
      <Route path="/lineage" component={lazy(() => import("./pages/lineage/LineagePage.tsx"))} />
      <Route path="/lineage/*id" component={lazy(() => import("./pages/lineage/LineagePage.tsx"))} />
      <Route path="/letters" component={lazy(() => import("./pages/letters/LettersPage.tsx"))} />
      <Route path="/letters/:id" component={lazy(() => import("./pages/letters/LetterPage.tsx"))} />
      <Route path="/diagnosis" component={lazy(() => import("./pages/diagnosis/DiagnosisPage.tsx"))} />
      <Route path="*" component={NotFound} />
    </Router>
  ), app)
}
