import { RE2JS } from 're2js'

export const longestPattern = 200
/** What a pattern may grow to: `(a{100}){10}` is short, and large. */
const largestProgram = 2_000
/** No id, key or host is longer; what is, fits no pattern. */
const longestText = 4_096
/** What an id is found in, such as the head of a mail, is no longer. */
const longestSearched = 65_536

const compiled = new Map<string, RE2JS>()
const mostKept = 500

/**
 * Makes a pattern out of a definition's text: RE2, which takes time linear to what it looks at, so no back-references and no
 * look-around. The last few hundred are kept.
 * @throws Error when it is none, or too large
 */
export function compilePattern(source: string): RE2JS {
  const known = compiled.get(source)
  if (known) return known
  if (source.length > longestPattern) throw new Error(`a pattern is at most ${longestPattern} characters`)
  const pattern = RE2JS.compile(RE2JS.translateRegExp(source))
  if (pattern.programSize() > largestProgram) throw new Error('a pattern repeats too much')
  compiled.set(source, pattern)
  if (compiled.size > mostKept) compiled.delete(compiled.keys().next().value!)
  return pattern
}

/** What the first group of a pattern finds in a text; undefined where the text does not fit. */
export function firstGroup(source: string, text: string): string | undefined {
  if (text.length > longestSearched) return undefined
  const matcher = compilePattern(source).matcher(text)
  return matcher.find() && matcher.groupCount() > 0 ? (matcher.group(1) ?? undefined) : undefined
}

/** Whether a text has what a pattern says. */
export function fitsPattern(source: string, text: string): boolean {
  return text.length <= longestText && compilePattern(source).matcher(text).find()
}
