import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import { HubError } from '../../errors.ts'
import { faultsOf, fieldsOf } from '../../grants/check-field-values.ts'

/**
 * Checks what a caller gives to connect by a method: each of its fields, and what it looks like.
 * @throws HubError `INVALID_REQUEST` for fields that are missing or that it does not have; `INVALID_CREDENTIALS` for a value
 * that is none of the platform's
 */
export function checkFields({ name }: ProviderDefinition, method: AuthMethod, fields: Record<string, string>): void {
  const faults = [...faultsOf(fieldsOf(method), fields)]
  const details = faults
    .filter(([, fault]) => fault !== 'pattern')
    .map(([field, fault]) => ({
      path: `body.credentials.${field}`,
      message: fault === 'missing' ? 'Is missing' : `${name} has no such field`,
    }))
  if (details.length > 0) throw new HubError('INVALID_REQUEST', { details })
  const [odd] = faults
  if (!odd) return
  const message = `This does not look like a ${name} key.`
  throw new HubError('INVALID_CREDENTIALS', { message, details: [{ path: `body.credentials.${odd[0]}`, message }] })
}
