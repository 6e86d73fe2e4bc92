import { apiReads } from './api-reads.ts'
import { backlog } from './backlog.ts'
import type { TenantCase } from './case.ts'
import { hangingEndpoints } from './hanging-endpoints.ts'
import { hangingTokens } from './hanging-tokens.ts'
import { recordWrites } from './record-writes.ts'
import { slowSyncs } from './slow-syncs.ts'
import { tokenOutage } from './token-outage.ts'
import { webhookBurst } from './webhook-burst.ts'

/** Every case by its word for `--only`. */
export const tenantCases: Record<string, TenantCase> = {
  'api-reads': apiReads,
  'record-writes': recordWrites,
  'hanging-endpoints': hangingEndpoints,
  backlog: backlog,
  'webhook-burst': webhookBurst,
  'slow-syncs': slowSyncs,
  'hanging-tokens': hangingTokens,
  'token-outage': tokenOutage,
}
