import { errorCodes, type ErrorCode } from '../../errors.ts'
import type { ReportedRow } from './row-store.ts'

/** What is to be done about a row, in a sentence. */
export function adviceOn({ outcome, code, connectionId }: ReportedRow): string {
  switch (outcome) {
    case null:
      return code === null
        ? 'Nothing is to be done: it has not been looked at yet.'
        : 'Nothing is to be done: it waits for the platform, and is tried again.'
    case 'connected':
      return connectionId === null
        ? 'Nothing is to be done: an import that is no dry run would connect it.'
        : 'Nothing is to be done. Stop using its tokens in the old place.'
    case 'unchecked':
      return 'Nothing is to be done: its access token has ended, and a dry run spends no refresh token.'
    case 'duplicate':
      return 'Nothing is to be done: it was brought in before under this externalId.'
    case 'cancelled':
      return 'The import was cancelled: send the row again to bring it in.'
    case 'needs_reauth':
      return connectionId === null
        ? 'Its person will have to connect again: the platform does not take the credential.'
        : `Its person has to connect again: POST /v1/connections/${connectionId}/reconnect answers with the address to send them to, or takes new credentials.`
    case 'failed':
      return code === null ? 'Correct the row and send it again.' : (advice[code as ErrorCode] ?? usual)
  }
}

const usual = 'Correct the row and send it again.'

const advice: Partial<Record<ErrorCode, string>> = {
  INVALID_PROVIDER: 'Correct the provider, or add it by POST /v1/providers, and send the row again.',
  PROVIDER_APP_NOT_FOUND: 'Name an app of this workspace: GET /v1/provider-apps lists them. Then send the row again.',
  PROVIDER_APP_MISSING: 'Create the provider app by POST /v1/provider-apps, and send the row again.',
  CLIENT_REFUSED: 'Correct the client id and secret of the provider app: those that the tokens were won with.',
  CHOICE_NEEDED: 'Name one of the accounts in the config of the row, and send it again.',
  ACCOUNT_MISMATCH:
    'The config names an account that the credential does not open: correct it, and send the row again.',
  PROVIDER_UNREACHABLE:
    'The platform did not answer for too long: see whether its address is right, and send it again.',
  INTERNAL: `${errorCodes.INTERNAL.message} Send the row again, or ask the operator.`,
}
