import { RE2JS } from 're2js'

export const longestPattern = 200
/** What a pattern may grow to: `(a{100}){100}` is short, and large. */
const largestProgram = 2_000

/**
 * Makes a pattern out of a definition's text: RE2, which takes time linear to what it looks at, so no back-references and no
 * look-around.
 * @throws Error when it is none, or too large
 */
export function compilePattern(source: string): RE2JS {
  if (source.length > longestPattern) throw new Error(`a pattern is at most ${longestPattern} characters`)
  const pattern = RE2JS.compile(RE2JS.translateRegExp(source))
  if (pattern.programSize() > largestProgram) throw new Error('a pattern repeats too much')
  return pattern
}
