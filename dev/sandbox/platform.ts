import type { z } from 'zod'
import type { Exchange } from './http.ts'
import type { Dialect } from './oauth/dialect.ts'
import type { SandboxApp, SandboxSettings } from './settings.ts'
import type { Storage } from './storage.ts'
import type { Tools } from './tools.ts'

/**
 * One platform as the sandbox plays it: `platforms/<platform>/index.ts` exports one, and `platforms/index.ts` lists it. It is
 * written from the platform's documentation, not from the hub's definition, and refuses what the platform refuses.
 *
 * Each of the platform's hosts has a prefix: `https://{shop}.example.com/admin` is `<sandbox>/<id>/<shop>.example.com/admin`,
 * for which an app of the hub says `{ "https://{shop}.example.com": "<sandbox>/<id>/{host}" }`. A request without a host, as in
 * `<sandbox>/<id>/admin`, is taken as well where no host is like it.
 *
 * 1. `hosts` are the hosts that it answers on; `{name}` stands for one label, `{host}` for any host.
 * 2. `oauth` is its way of OAuth (`oauth/dialect.ts`): what it demands, its names, its words. Several where it has several.
 *    An OAuth server answers in the standard's words; the dialect puts the requests into them and the answers out of them.
 * 3. `answer` is its API. `tools` tells whose a token or key is, gives tokens out, ends them, and keeps things (`tools.ts`).
 * 4. `keys` are keys that it knows from the start, with the account that each opens.
 * 5. `apps` are registered from the start; with `oauth` there must be one.
 * 6. `people` says how a person connects, by the id of the method in the hub's definition: the conformance suite plays her.
 */
export interface SandboxPlatform {
  id: string
  hosts: readonly string[]
  oauth?: Dialect | readonly Dialect[]
  apps?: readonly SandboxApp[]
  keys?: Readonly<Record<string, string>> | ((settings: SandboxSettings) => Readonly<Record<string, string>>)
  people: Readonly<Record<string, SandboxPerson>>
  /** Answers a call of its API; it has to refuse what it does not know. */
  answer(exchange: Exchange, tools: Tools): Promise<void> | void
  /** How it words a refusal that the control endpoint asks for; `{ message }` unless given. */
  refusal?(status: 429 | 500 | 503): { status?: number; headers?: Record<string, string>; body: unknown }
  /** Errors that its documentation has with a status of success, beside those of a credential that is dead. */
  errorsIn200?: readonly ErrorIn200[]
  /** Webhooks that it can be told to send. */
  webhooks?: WebhookSender<z.ZodType>
  /** SQL of tables of its own. What `tools.things` keeps needs none. */
  tables?: string
  /** More of the control endpoint. */
  controls?: readonly ControlRoute[]
}

export interface ErrorIn200 {
  body: unknown
  /** Its own code for it, where it has one. */
  code?: string
  /** What its documentation says that it means. */
  means: 'refused' | 'not there' | 'slow down' | 'try later'
}

/** What a person gives to connect by one method. */
export interface SandboxPerson {
  /** What she is asked for beside a credential: a shop, a region. */
  config?: Record<string, string>
  /** Keys that she pastes; `apiKey` where it is one text. */
  credentials?: Record<string, string>
  /** Keys of the right form that the platform refuses. */
  wrongCredentials?: Record<string, string>
  /** The account that she picks at the platform; the dialect's first unless given. */
  account?: string
  /** Fields of the app beside its client, such as a private key. */
  appFields?: Record<string, string>
  /** The environment of the definition that she is in; the first unless given. */
  environment?: string
  /** Which of several tenants she chooses, by the choice's id; the first unless given. */
  choice?: string
  /** What the platform says with a status of success of a credential that is dead. */
  errorIn200?: unknown
  /** Her tokens are replaced here, though the method's need not be. */
  renewed?: boolean
  /** Her tokens are never replaced here, though the method's may be. */
  lives?: boolean
  /** Nothing that she does at the platform ends it. */
  outlives?: boolean
  /** What the hub then knows the account by. */
  externalAccountId?: string
}

export interface WebhookSender<Request extends z.ZodType> {
  /** What has to be said beside `platform`, `url` and `secret`. */
  request: Request
  /** The webhook, signed as the platform signs. */
  sign(request: z.output<Request> & Signing): SignedWebhook
  /** What the conformance suite needs to send its webhooks. */
  trial?: WebhookTrial
  /** The same of other webhooks of its own, which prove themselves in another way; each by what it is. */
  trials?: Readonly<Record<string, WebhookTrial>>
}

/** What every platform signs with. */
export interface Signing {
  /** What the platform signs with, as its trial's `secrets` give it. */
  secret: string
  /** The address that it is sent to, as the platform was given it. */
  url: string
  /** When it is signed, in milliseconds since 1970. */
  at: number
}

/** A webhook as it is sent. A POST of JSON unless it says otherwise. */
export interface SignedWebhook {
  id: string
  method?: 'GET' | 'POST'
  /** What is added to the address. */
  query?: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string>>
  body: string
  /** What the signature covers: each, changed, must be refused. */
  signed?: readonly SignedPart[]
}

export type SignedPart = 'body' | 'url' | { header: string }

/** How a platform's webhooks are tried, and what must be refused of them. Written from its documentation. */
export interface WebhookTrial {
  /** What is sent, by the members of the sender's `request`; another event at each call. */
  request(): object
  /** What the platform signs with, and what an app then has to know; others at each call. A text, the app's webhook secret, unless given. */
  secrets?(): TrialSecrets
  /** Headers (or `?name` of the query) without which nothing is proved. */
  proof: readonly string[]
  /** A time that is signed is too old, or too far ahead, by this. */
  staleAfterMs?: number
  futureAfterMs?: number
  /** Its addresses tell whose its webhooks are, as nothing in them does. */
  address?: 'connection'
  /** What is wrongly signed is answered as a success, and forgotten. */
  silent?: boolean
  /** The platform's own id of an event is the same when it is sent again; true unless given. */
  ownIds?: boolean
  /** Authorities in PEM that its certificates come from, beside the public ones. */
  authorities?: readonly string[]
  handshakes?: readonly ((of: { secret: string; url: string; app: TrialSecrets['app'] }) => WebhookHandshake)[]
}

export interface TrialSecrets {
  signs: string
  /** As a provider app is made with it. */
  app: { clientId?: string; clientSecret?: string; webhookSecret?: string; fields?: Record<string, string> }
}

/** How a platform makes sure that an address is ours, and the answer that it wants. */
export interface WebhookHandshake {
  method: 'GET' | 'POST' | 'HEAD'
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  body?: string
  answer: { status: number; headers?: Readonly<Record<string, string>>; body?: string }
}

export interface ControlInput {
  storage: Storage
  params: string[]
  body: unknown
  query: URLSearchParams
}

/** What it throws with a `status` and a `body` is answered as it is. */
export type ControlRoute = [method: string, path: RegExp, handler: (input: ControlInput) => unknown]
