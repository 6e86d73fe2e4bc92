import { apiReads } from './api-reads.ts'
import type { TenantCase } from './case.ts'
import { recordWrites } from './record-writes.ts'

/** Every case by its word for `--only`. */
export const tenantCases: Record<string, TenantCase> = {
  'api-reads': apiReads,
  'record-writes': recordWrites,
}
