import { createHmac } from 'node:crypto'
import type { Granted, Tools } from '../../tools.ts'

/** An app that has "Require App Secret" on. */
export const strictApp = { clientId: '1000000000000003', clientSecret: 'sandbox-facebook-strict-secret' }

/**
 * What is wrong with the proof that a call's sender has the app's secret; undefined where nothing is. A proof that is not asked for has to be
 * right all the same. https://developers.facebook.com/docs/graph-api/guides/secure-requests
 */
export function proofFault(shown: string | null, { clientId, token }: Granted, tools: Tools): string | undefined {
  if (shown === null)
    return clientId === strictApp.clientId ? 'API calls from the server require an appsecret_proof argument' : undefined
  const right = createHmac('sha256', tools.client(clientId)?.secret ?? '')
    .update(token)
    .digest('hex')
  return shown === right ? undefined : 'Invalid appsecret_proof provided in the API argument'
}
