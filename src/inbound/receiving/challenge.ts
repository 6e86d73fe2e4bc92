import { textOf } from '../../json/text-of.ts'
import type { WebhookChallenge } from '../../catalogue/schema/webhooks/challenge.ts'
import { valueFor } from '../paths.ts'
import { sameText } from './signatures/same.ts'

/** What is sent back to a platform that asks whether this address is ours. */
export type ChallengeAnswer = { text: string } | { json: Record<string, string> }

/** What is echoed is short and plain: nothing that a browser could be made to run. */
const echoed = /^[\w.~+/=:-]{1,512}$/

/** The answer to a challenge in a signed body; undefined when it is none. The caller has verified the signature. */
export function answerBody(challenge: WebhookChallenge | undefined, body: Buffer): ChallengeAnswer | undefined {
  if (challenge?.kind !== 'body') return undefined
  const json = parseOrNothing(body)
  if (valueFor(json, challenge.when.path, []) !== challenge.when.equals) return undefined
  const echo = valueFor(json, challenge.echo, [])
  if (typeof echo !== 'string' || !echoed.test(echo)) return undefined
  return challenge.as === 'text' ? { text: echo } : { json: { [challenge.as.json]: echo } }
}

/** The answer to a challenge in the query; undefined when it is none, or its token is not a webhook secret. */
export function answerQuery(
  challenge: WebhookChallenge | undefined,
  method: string,
  query: Record<string, unknown>,
  secrets: string[],
): ChallengeAnswer | undefined {
  if (challenge?.kind !== 'query' || challenge.method !== method) return undefined
  const echo = query[challenge.echo]
  if (typeof echo !== 'string' || !echoed.test(echo)) return undefined
  if (challenge.token === undefined) return { text: echo }
  const token = query[challenge.token]
  return typeof token === 'string' && secrets.some(secret => sameText(token, secret)) ? { text: echo } : undefined
}

function parseOrNothing(body: Buffer): unknown {
  try {
    return JSON.parse(textOf(body)) as unknown
  } catch {
    return undefined
  }
}
