import type { AuthMethod } from './auth.ts'
import type { ModelDefinition } from './model.ts'
import type { LimitSign, RateLimit } from './rate-limit.ts'
import type { WebhookDefinition } from './webhook.ts'

/**
 * A platform, as data. Paths into JSON are dotted (`CompanyInfo.Id`); `{name}` in a path of a URL is filled from the
 * connection's captured configuration. What differs between platforms is a named variant in the types this is made of.
 */
export interface ProviderDefinition {
  id: string
  name: string
  /** The platform's documentation. */
  docs: string
  /** Where its API is, by environment; the first is the default. */
  environments: Record<string, { api: string }>
  auth: AuthMethod[]
  /** Every scope the hub knows to ask for, with what it means to a person. */
  scopes: Record<string, string>
  /** The call that proves a connection works and says whose account it is. */
  identity: {
    get: string
    headers?: Record<string, string>
    /** Where the answer has the account's id; or which captured value is it, where the answer does not name it. */
    id: string | { captured: string }
    name: string
  }
  /** Where an error's body has the provider's own code for it. */
  errorCode?: string
  limits?: RateLimit[]
  /** Answers that tell of a limit, beside 429 and what the headers say. */
  limitSigns?: LimitSign[]
  webhooks?: WebhookDefinition
  models?: Record<string, ModelDefinition>
}
