import type { HubError } from '../../../errors.ts'
import { ChoiceNeeded } from '../../health/discover.ts'

const longest = 500

/** What an error says of a row, for its report: its sentence, which parts are meant, and what there is to choose from. */
export function sentenceOf(error: HubError): string {
  const parts: string[] = [error.message]
  if (error instanceof ChoiceNeeded) parts.push(error.choices.map(({ config }) => JSON.stringify(config)).join(' or '))
  else if (Array.isArray(error.details)) {
    const details = error.details as { path?: string; message?: string }[]
    parts.push(details.map(({ path = '', message = '' }) => `${path.replace(/^body\./, '')}: ${message}`).join('; '))
  }
  return parts.join(' ').slice(0, longest)
}
