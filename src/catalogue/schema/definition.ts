import { z } from 'zod'
import { authMethod } from './auth.ts'
import { calls, identity } from './calls.ts'
import { appFields } from './fields.ts'
import { environments, hostPatterns } from './hosts.ts'
import { limitSign, rateLimit } from './limits.ts'
import { modelDefinition } from './models.ts'
import { capability, category, links } from './offer.ts'
import { httpsUrl, record, slug, text } from './values.ts'
import { webhookDefinition } from './webhooks.ts'

export type ProviderDefinition = z.infer<typeof providerDefinition>
/**
 * A platform, as data. Paths into JSON are dotted (`CompanyInfo.Id`); `{name}` in a path of a URL is filled from the
 * connection's captured configuration, `{id}` with a thing's id. What differs between platforms is a named variant in the
 * schemas this is made of.
 */
export const providerDefinition = z.strictObject({
  id: slug,
  name: text(100),
  docs: httpsUrl.describe("The platform's documentation"),
  category: category.exactOptional().describe('What kind of platform it is'),
  capabilities: z
    .array(capability)
    .max(20)
    .exactOptional()
    .describe('What one can do with it once an account is connected'),
  links: links.exactOptional().describe('Its pages for the people who connect it'),
  environments: environments.describe('Where its API is, by environment; the first is the default'),
  hostPatterns: hostPatterns
    .exactOptional()
    .describe('What each `{name}` in a host looks like: no call goes to a host that does not'),
  app: appFields
    .exactOptional()
    .describe('What an app of this platform consists of beside its client and webhook secret'),
  auth: z.array(authMethod).min(1).max(10).describe('The ways to connect an account'),
  scopes: record(text(200), text(300), 500).describe(
    'Every scope the hub knows to ask for, with what it means to a person',
  ),
  identity: identity.describe('How it is known whose account a connection is to'),
  calls: calls.exactOptional().describe('What holds for every call'),
  limits: z.array(rateLimit).max(10).exactOptional().describe('The limits that it documents'),
  limitSigns: z
    .array(limitSign)
    .max(10)
    .exactOptional()
    .describe('Answers that tell of a limit, beside 429 and what the headers say'),
  models: record(slug, modelDefinition, 100).exactOptional().describe('What the hub can sync'),
  webhooks: webhookDefinition.exactOptional().describe('What the platform tells the hub'),
})
