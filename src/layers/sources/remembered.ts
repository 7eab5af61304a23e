/** The last texts seen, each once; the one seen first goes first. State: at most 65,536 of them. */
const mostRemembered = 65_536

/** Whether a text is among those seen; from now on it is. */
export const makeRemembered = () => {
  const seen = new Set<string>()
  return (text: string): boolean => {
    if (seen.has(text)) return true
    seen.add(text)
    if (seen.size > mostRemembered) {
      for (const oldest of seen) {
        seen.delete(oldest)
        break
      }
    }
    return false
  }
}
