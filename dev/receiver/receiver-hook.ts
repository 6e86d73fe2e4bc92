import { Webhook } from 'standardwebhooks'
import { z } from 'zod'

/** How a hook answers. */
export const behaviour = z.strictObject({
  status: z.number().int().min(200).max(599).default(200),
  retryAfterSeconds: z.number().nonnegative().optional(),
  /** Waits so long before it answers. */
  delayMs: z.number().nonnegative().default(0),
  /** `hang` sends headers and never ends the body, `endless` never stops sending one, `cut` breaks the connection without an answer. */
  body: z.enum(['short', 'hang', 'endless', 'cut']).default('short'),
  /** Where a 3xx leads. */
  location: z.string().optional(),
  /** After so many requests it answers 200 again. */
  times: z.number().int().positive().optional(),
})

export type Behaviour = z.output<typeof behaviour>

export interface Arrival {
  /** The webhook-id header: the same for every try of one delivery. */
  id: string
  type: string | undefined
  receivedAtMs: number
  /** The webhook-timestamp header, in seconds. */
  timestamp: string
  /** What it was answered; 0 when the connection was cut. */
  status: number
  /** undefined when no secret was told. */
  verified: boolean | undefined
  /** How many with this id came before. */
  earlier: number
  body: string
}

export interface HookSummary {
  name: string
  url: string
  total: number
  distinct: number
  duplicates: number
  unverified: number
}

/** One path of the receiver: what it saw, and how it answers. */
export interface Hook {
  readonly url: string
  /** From now on signatures are checked against this secret (`whsec_...`); several while one is being rotated. */
  verifyWith(...secrets: string[]): void
  /** A status, or more. Default: 200 at once. */
  answerWith(next: number | z.input<typeof behaviour>): void
  arrivals(): Arrival[]
  summary(): HookSummary
  /** Forgets what arrived. */
  clear(): void
}

export interface IncomingWebhook {
  headers: Record<string, string>
  body: string
}

/** The state of a hook; `keep` bounds how many arrivals keep their details, ids are counted for all. */
export function createHook(name: string, url: string, keep = 200_000) {
  let verifiers: Webhook[] = []
  let next = behaviour.parse({})
  let remaining = Infinity
  let arrivals: Arrival[] = []
  let seen = new Map<string, number>()
  let totals = { total: 0, unverified: 0 }

  const verify = ({ headers, body }: IncomingWebhook) =>
    verifiers.some(verifier => {
      try {
        verifier.verify(body, headers)
        return true
      } catch {
        return false
      }
    })

  return {
    url,
    verifyWith(...secrets: string[]) {
      verifiers = secrets.map(secret => new Webhook(secret))
    },
    answerWith(wanted: number | z.input<typeof behaviour>) {
      next = behaviour.parse(typeof wanted === 'number' ? { status: wanted } : wanted)
      remaining = next.times ?? Infinity
    },
    arrivals: () => [...arrivals],
    summary: () => ({ name, url, ...totals, distinct: seen.size, duplicates: totals.total - seen.size }),
    clear() {
      arrivals = []
      seen = new Map()
      totals = { total: 0, unverified: 0 }
    },
    /** Records a request, and gives how to answer it. */
    take(webhook: IncomingWebhook): Behaviour {
      const now = remaining > 0 ? next : behaviour.parse({})
      remaining--
      const id = webhook.headers['webhook-id'] ?? ''
      const earlier = seen.get(id) ?? 0
      seen.set(id, earlier + 1)
      const verified = verifiers.length === 0 ? undefined : verify(webhook)
      totals.total++
      if (verified === false) totals.unverified++
      if (arrivals.length < keep)
        arrivals.push({
          id,
          type: /"type"\s*:\s*"([^"]*)"/.exec(webhook.body)?.[1],
          receivedAtMs: Date.now(),
          timestamp: webhook.headers['webhook-timestamp'] ?? '',
          status: now.body === 'cut' ? 0 : now.status,
          verified,
          earlier,
          body: webhook.body,
        })
      return now
    },
  } satisfies Hook & { take(webhook: IncomingWebhook): Behaviour }
}
