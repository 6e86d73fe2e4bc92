import { apiReads } from './cases/api-reads.ts'
import { backlog } from './cases/backlog.ts'
import type { TenantCase } from './case.ts'
import { hangingEndpoints } from './cases/hanging-endpoints.ts'
import { hangingTokens } from './cases/hanging-tokens.ts'
import { recordWrites } from './cases/record-writes.ts'
import { slowSyncs } from './cases/slow-syncs.ts'
import { tokenOutage } from './cases/token-outage.ts'
import { webhookBurst } from './cases/webhook-burst.ts'

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
