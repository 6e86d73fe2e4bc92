import { z } from 'zod'
import { httpsUrl, record, slug } from './values.ts'

/** Where a platform is in one environment. */
export const environment = z.strictObject({ api: httpsUrl.describe('The address before the paths of its calls') })

export const environments = record(slug, environment, 10).refine(
  all => Object.keys(all).length > 0,
  'must have an environment',
)
