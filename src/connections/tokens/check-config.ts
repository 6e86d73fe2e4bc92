import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import { HubError } from '../../errors.ts'
import { faultsOf } from '../../grants/check-field-values.ts'

/**
 * Checks what a caller says beside the credential: all that the method asks for, and which of several accounts is meant where
 * a call finds them.
 * @throws HubError `INVALID_REQUEST` naming what is missing, not asked for or not of its pattern
 */
export function checkConfig({ name }: ProviderDefinition, method: AuthMethod, config: Record<string, string>): void {
  const choosable = Object.keys(method.discover?.keep ?? {})
  const given = Object.entries(config).filter(([key]) => !choosable.includes(key))
  const faults = [...faultsOf(method.ask ?? [], Object.fromEntries(given))]
  const messages = {
    missing: 'Is missing',
    unknown: `${name} does not ask for it`,
    pattern: `Does not look like one of ${name}`,
  }
  const details = faults.map(([field, fault]) => ({ path: `body.config.${field}`, message: messages[fault] }))
  if (details.length > 0) throw new HubError('INVALID_REQUEST', { details })
}
