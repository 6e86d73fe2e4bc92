import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFiles, root } from './source.ts'

/** What real keys look like. Each is made so that it does not find itself. */
const patterns: [string, RegExp][] = [
  ['a private key', /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/],
  ['a live key', /\b[sr]k_live_[A-Za-z0-9]{16,}/],
  ['a test key of a real length', /\b[sr]k_test_[A-Za-z0-9]{24,}/],
  ['a signing secret', /\bwhsec_[A-Za-z0-9+/]{24,}={0,2}/],
  ['a GitHub token', /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})/],
  ['an AWS key', /\bA(KI|SI)A[A-Z0-9]{16}\b/],
  ['a Slack token', /\bxox[abposr]-[A-Za-z0-9-]{20,}/],
  ['a Google key', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/],
  ['a password in a URL', /\b[a-z]+:\/\/[\w.-]+:(?=[^@]*\d)[^\s:@/'"`${}<>]{12,}@[\w.-]+/],
]

/** What these find and is none: public examples, written out where they stand. */
const known = [
  // The example of the Standard Webhooks specification.
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw',
]

/** A value that was drawn at random, given to something called a secret. */
const assignment =
  /(secret|token|password|api_?key|encryption_?keys?)["']?\s*[:=]\s*["'`]([A-Za-z0-9+/_=-]{20,})["'`]/gi

function entropyBits(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0)
}

/** Words and names have less; 20 random characters of base64 have about 4. */
const randomBits = 3.9

const binary = /\.(png|jpg|ico|woff2?|gz)$/
/** Histories are recorded on throw-away servers, and searched for secrets by a test of their own. */
const passedOver = /^(package-lock\.json|test\/workflows\/histories\/)/
const files = repositoryFiles()
  .filter(path => !binary.test(path) && !passedOver.test(path))
  .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))

describe('the repository', () => {
  it.each(patterns)('holds no %s', (_name, pattern) => {
    const all = new RegExp(pattern.source, `${pattern.flags}g`)
    const found = files.flatMap(({ path, text }) =>
      [...text.matchAll(all)]
        .filter(([match]) => !known.includes(match))
        .map(([match]) => `${path}: ${match.slice(0, 12)}…`),
    )
    expect(found).toEqual([])
  })

  it('gives nothing called a secret a random value', () => {
    const found = files.flatMap(({ path, text }) =>
      [...text.matchAll(assignment)]
        .filter(([, , value]) => entropyBits(value!) >= randomBits && /\d/.test(value!) && !known.includes(value!))
        .map(([, name, value]) => `${path}: ${name} ${value!.slice(0, 6)}…`),
    )
    expect(found).toEqual([])
  })

  it('names no host that packages come from, but the public one, and no path of a machine', () => {
    const foreign = files.flatMap(({ path, text }) =>
      [...text.matchAll(/https?:\/\/[\w.-]*(?:registry|artifactory|nexus|verdaccio|pypi|goproxy)[\w.-]*\.[a-z]{2,}/gi)]
        .filter(([host]) => !/^https:\/\/registry\.npmjs\.org$/i.test(host))
        .map(([host]) => `${path}: ${host}`),
    )
    expect(foreign).toEqual([])
    const ownPath = new RegExp(root.replace(/\/$/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    const machines = files.filter(
      ({ text }) => /(^|[\s'"`(=:])\/(home|Users|root)\/\w/m.test(text) || ownPath.test(text),
    )
    expect(machines.map(({ path }) => path)).toEqual([])
  })

  it('would find what it looks for', () => {
    const planted = `sk${'_live_'}${'a1B2c3D4'.repeat(3)}`
    expect(patterns.some(([, pattern]) => pattern.test(planted))).toBe(true)
    expect(entropyBits('q8Zr2mKx0PvLw7TnYc5B')).toBeGreaterThan(randomBits)
    expect(entropyBits('client_secret_of_test')).toBeLessThan(randomBits)
  })
})
