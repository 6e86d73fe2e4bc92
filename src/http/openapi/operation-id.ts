import type { AnyRoute } from '../route.ts'

const collectionVerbs = { GET: 'list', POST: 'create', PUT: 'replace', PATCH: 'update', DELETE: 'delete' }
const memberVerbs = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'update', DELETE: 'delete' }

/** Those that the rule would name wrong: one thing whose name ends in s, a list whose name does not, a verb before its object. */
const exceptions: Record<string, string> = {
  'GET /v1/admin/find/:id': 'findAnything',
  'GET /v1/audit-log': 'listAuditEntries',
  'POST /v1/connect-attempts/:attemptId/choice': 'chooseAccount',
  'GET /v1/connections/:connectionId/credentials': 'getConnectionCredentials',
  'GET /v1/delivery-settings': 'getDeliverySettings',
  'PATCH /v1/delivery-settings': 'updateDeliverySettings',
  'POST /v1/endpoints/:endpointId/rotate-secret': 'rotateEndpointSecret',
  'GET /v1/endpoints/:endpointId/statistics': 'getEndpointStatistics',
  'PUT /v1/endpoints/:endpointId/client-certificate': 'putEndpointClientCertificate',
  'POST /v1/events': 'publishEvents',
  'POST /v1/records/bulk': 'createRecords',
  'GET /v1/records/export': 'exportRecords',
  'GET /v1/records/:recordId/history': 'listRecordHistory',
  'POST /v1/syncs/preview': 'previewSync',
  'POST /v1/syncs/:syncId/issues/:recordId': 'actOnSyncIssue',
  'GET /v1/syncs/:syncId/runs/:runId/events': 'followSyncRun',
  'GET /v1/workspaces/:workspaceId/private-hosts': 'getPrivateHosts',
  'PUT /v1/workspaces/:workspaceId/private-hosts': 'putPrivateHosts',
  'POST /v1/workspaces/:workspaceId/api-keys': 'createApiKeyOfWorkspace',
}

/**
 * The operation's name in the OpenAPI document, and so the method's in clients made from it: `listConnections`,
 * `getConnection`, `createConnection`; a POST to a verb under a thing is that verb: `pauseSync`.
 */
export function operationIdOf({ method, url }: Pick<AnyRoute, 'method' | 'url'>): string {
  const exception = exceptions[`${method} ${url}`]
  if (exception !== undefined) return exception
  const parts = url.split('/').filter(part => part !== '' && part !== 'v1')
  const names = parts.filter(part => !part.startsWith(':'))
  const last = names.at(-1) ?? 'root'
  const owners = names.slice(0, -1).map(singular)
  if (parts.at(-1)?.startsWith(':')) return memberVerbs[method] + pascal([...owners, singular(last)])
  if (method === 'POST' && !last.endsWith('s')) {
    // A verb under a thing, or under all of them: `cancelDelivery`, `cancelDeliveries`.
    const ofOne = parts.at(-2)?.startsWith(':') ?? false
    return camel(last) + pascal(ofOne ? owners : [...owners.slice(0, -1), ...names.slice(-2, -1)])
  }
  if (method === 'POST') return collectionVerbs.POST + pascal([...owners, singular(last)])
  return (last.endsWith('s') ? collectionVerbs : memberVerbs)[method] + pascal([...owners, last])
}

/** `list-api-keys` as a type's name: `ListApiKeys`. */
export function pascal(names: string[]): string {
  return names.map(name => camel(`-${name}`)).join('')
}

function singular(name: string): string {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`
  if (/(ss|ch)es$/.test(name)) return name.slice(0, -2)
  return name.endsWith('s') ? name.slice(0, -1) : name
}

function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
