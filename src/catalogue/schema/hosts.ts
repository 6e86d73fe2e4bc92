import { z } from 'zod'
import { httpsUrl, pattern, record, slug } from './values.ts'

/** Which of a platform's hosts a call goes to. */
export const hostName = slug.describe('Which host of the environment; `api` unless given')

/** Where a platform is in one environment. */
export const environment = z
  .object({ api: httpsUrl.exactOptional().describe('The address before the paths of its calls') })
  .catchall(httpsUrl)
  .refine(hosts => Object.keys(hosts).length <= 10, 'must have at most 10 hosts')
  .refine(hosts => Object.keys(hosts).every(name => slug.safeParse(name).success), 'must name hosts in small letters')
  .describe(
    "The platform's hosts by name. `{name}` in one is filled from the connection's configuration, and must be named in `hostPatterns`",
  )

export const environments = record(slug, environment, 10).refine(
  all => Object.keys(all).length > 0,
  'must have an environment',
)

/** What the parts of hosts look like that a connection's configuration fills. */
export const hostPatterns = record(z.string().regex(/^\w{1,50}$/, 'must be a name in braces'), pattern, 10)
