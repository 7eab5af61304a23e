/** Texts that come again and again, by number: each is kept once, and only the first so many. */
export class KnownTexts {
  private readonly numbers = new Map<string, number>()
  private readonly texts: Array<string> = []
  private readonly most: number
  private readonly longest: number

  /** At most so many texts, none longer than so many characters. */
  constructor(most: number, longest: number) {
    this.most = most
    this.longest = longest
  }

  /** The number of a text, below the most there are; `undefined` for one that is not kept. */
  numberOf(text: string): number | undefined {
    const known = this.numbers.get(text)
    if (known !== undefined) return known
    const number = this.texts.length
    if (number >= this.most || text.length > this.longest) return undefined
    this.texts.push(text)
    this.numbers.set(text, number)
    return number
  }

  text(number: number): string | undefined {
    return this.texts[number]
  }
}
