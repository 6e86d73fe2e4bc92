import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../http.ts'
import type { SandboxSettings } from '../settings.ts'
import type { Client, Tools } from '../tools.ts'

/** What a token endpoint answers. */
export interface TokenAnswer {
  status: number
  body: Record<string, unknown>
}

/** What a person agreed to. */
export interface Agreed {
  id: string
  account: string
  /** With spaces. */
  scope: string
  clientId: string
  /** The parameters of the authorization request, as the platform names them, and `host`. */
  params: Record<string, string>
}

/** Where requests of a kind go; any host of the platform unless one is given. */
export interface Place {
  host?: string | RegExp
  path: string | RegExp
  /** POST unless given; an authorization is always a GET or POST. */
  method?: 'GET' | 'POST'
}

/**
 * How a platform's OAuth differs from the standard and from the others'. `readAuthorization` and `readToken` change a request
 * into the standard's words in place; a text that they give is a refusal, worded by `translate` as `invalid_request`.
 */
export interface Dialect {
  /** What a person calls the platform. */
  name: string
  authorization: Place
  token: Place
  /** RFC 7009, where it has that. Other ways to end a grant are a matter of `answer`. */
  revocation?: Place
  /** All that it knows, in the form that `readAuthorization` leaves. */
  scopes: readonly string[]
  /** `refused` unless given: the page says that a scope is not known. `ignored`: it is not granted. */
  unknownScopes?: 'refused' | 'ignored'
  /** A space unless given; the answer's is a matter of `translate`. */
  scopeSeparator?: ' ' | ',' | 'either'
  /** `taken` unless given. `ignored`: as if it were not there. */
  pkce?: 'demanded' | 'taken' | 'ignored'
  /** Where the client's id and secret may stand in a token request: elsewhere they are not seen. */
  clientAuth: readonly ('basic' | 'basic-raw' | 'body' | 'none')[]
  /** What they are called in a body; `client_id`, `client_secret` unless given. */
  clientParams?: { id: string; secret: string }
  /** How a token request says what it says; a form unless given. What comes in another way is empty. */
  tokenBody?: 'form' | 'json' | 'either' | 'query'
  /** Whether a token request has to say the redirect's address again (RFC 6749, 4.1.3); it has to unless this says no. */
  redirectAgain?: boolean
  readAuthorization?(query: URLSearchParams, exchange: Exchange): string | undefined
  readToken?(form: URLSearchParams, req: IncomingMessage): string | undefined
  /** Grants beside those by code and by refresh token, by `grant_type`: the client has proved itself. */
  otherGrants?: Record<
    string,
    (form: URLSearchParams, client: Client, tools: Tools, exchange: Exchange) => TokenAnswer | Promise<TokenAnswer>
  >
  /** Those of them by which no client proves itself: what they bring is the proof. */
  clientless?: readonly string[]
  /** Whether a grant comes with a refresh token. */
  refresh: boolean | ((agreed: Agreed) => boolean)
  /** Whether a refresh token is replaced when it is used; it is unless this says no. */
  rotates?: boolean
  /** For how long a spent one is answered again; the setting unless given. */
  reuseGraceSeconds?: number
  /** What the use of a spent one does after that; `revokes` the grant unless given. */
  reuse?: 'revokes' | 'refused'
  /** The setting's unless given. Those that never end live ten years, and `translate` says nothing of it. */
  accessTokenSeconds?(settings: SandboxSettings, agreed?: Agreed): number
  refreshTokenSeconds?(settings: SandboxSettings): number
  newToken(kind: 'AccessToken' | 'RefreshToken', scope: string): string
  /** Added to the redirect with the code. `secret` is the client's. */
  redirectExtras?(agreed: Agreed, query: URLSearchParams, secret: string): Record<string, string>
  /** The answer in the platform's own shape and words; `agreed` where the request named a grant. */
  translate?(answer: TokenAnswer, about: AboutAnswer): TokenAnswer
  /** How it is written; JSON unless given. */
  writes?(req: IncomingMessage): 'json' | 'form'
  /** What the person may choose from; the first unless she chooses. */
  accounts: readonly [string, ...string[]]
  /** Other accounts are hers too when they are like this. */
  accountPattern: RegExp
  /** The account that the request itself is about, such as the shop whose host it is at. */
  accountNamed?(params: Record<string, string>): string | undefined
}

export interface AboutAnswer {
  settings: SandboxSettings
  grantType: string
  form: URLSearchParams
  tools: Tools
  agreed?: Agreed
}

/** So many letters and digits. */
export function random(characters: number): string {
  let text = ''
  while (text.length < characters) text += randomBytes(characters).toString('base64url').replace(/[-_]/g, '')
  return text.slice(0, characters)
}

/** The life of tokens that never end. */
export const tenYears = () => 10 * 365 * 86_400
