/** The pages that people look at: where each is, and the one question that it answers. */

export interface Page {
  /** Its first part of the address; `""`: the overview, at `/`. */
  readonly name: string
  readonly title: string
  readonly question: string
  /** Behind `g` on the keyboard. */
  readonly letter: string
}

export const pages = [
  { name: "", title: "Overview", question: "Is it well?", letter: "o" },
  { name: "pipeline", title: "Pipeline", question: "Where is it slow?", letter: "p" },
  { name: "sources", title: "Sources", question: "Whose fault is it?", letter: "s" },
  { name: "alerts", title: "Alerts", question: "What is coming, and how sure are we?", letter: "a" },
  { name: "traces", title: "Traces", question: "What happened to this one?", letter: "t" },
  { name: "services", title: "Services", question: "Who calls whom, and how well?", letter: "v" },
  { name: "lineage", title: "Lineage", question: "What does this rest on, and whom did it touch?", letter: "l" },
  { name: "letters", title: "Dead letters", question: "What was given up, why, and whose was it?", letter: "d" },
  { name: "diagnosis", title: "Diagnosis", question: "What is wrong?", letter: "x" }
] as const satisfies ReadonlyArray<Page>

export type PageName = typeof pages[number]["name"]

/** Whether an address is that of a page; what stands behind the page's name is the page's own. */
export const isPage = (path: string): boolean => {
  const [, name = ""] = path.split("/")
  return pages.some((page) => page.name === name)
}
