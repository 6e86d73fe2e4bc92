import { type Exchange, bearerToken, sendJson } from '../../http.ts'
import type { Granted, Tools } from '../../tools.ts'
import { graphError } from './errors.ts'
import { GraphRefusal } from './insights.ts'
import { proofFault } from './proof.ts'

/** What the Graph API has at a path for whom a token opens; undefined where it has nothing. */
export type GraphNode = (
  granted: Granted,
  path: string,
  tools: Tools,
  query: URLSearchParams,
) => Record<string, unknown> | undefined

/** The Graph API, as far as it is called: fields that are asked for, edges with cursors, permissions, and its errors. */
export async function answerGraph({ req, res, path, query }: Exchange, tools: Tools, nodeAt: GraphNode): Promise<void> {
  const refuse = (status: number, code: number, message: string, subcode?: number) =>
    sendJson(res, status, graphError(code, message, subcode))
  const [, version, own] = /^(?:\/(v\d+\.\d))?(\/.*)$/.exec(path) ?? []
  if (own === undefined) return refuse(400, 2635, 'This version of the API is not known.')
  const token = bearerToken(req) ?? query.get('access_token') ?? undefined
  if (token === undefined) return refuse(400, 2500, 'An active access token must be used to query information.')
  if (own === '/debug_token') return debug(token, query.get('input_token') ?? '')
  const granted = tools.granted(token)
  if (!granted) return refuse(400, 190, 'Error validating access token: Session has expired or is not valid.', 463)
  const unproven = proofFault(query.get('appsecret_proof'), granted, tools)
  if (unproven !== undefined) return refuse(400, 100, unproven)
  const headers = { 'facebook-api-version': version ?? 'v26.0', 'x-app-usage': '{"call_count":1,"total_time":1}' }
  if (own === '/me/permissions') {
    if (req.method !== 'DELETE') return sendJson(res, 200, { data: permissions(granted) }, headers)
    tools.endGrant(granted.id)
    return sendJson(res, 200, { success: true }, headers)
  }
  if (req.method !== 'GET') return refuse(400, 100, 'Unsupported request')
  const node = asked(() => nodeAt(granted, own, tools, query))
  if (node instanceof GraphRefusal) return sendJson(res, 400, node.body)
  if (!node) return refuse(400, 100, `Unsupported get request. Object with ID '${own.slice(1)}' does not exist.`, 33)
  const fields = (query.get('fields') ?? 'id,name').split(',')
  sendJson(
    res,
    200,
    Array.isArray(node['data'])
      ? edge(node['data'] as Node[], node['always'] as string[] | undefined)
      : only(node, fields),
    headers,
  )

  /** https://developers.facebook.com/docs/graph-api/reference/debug_token; an app's token is `id|secret`. */
  function debug(appToken: string, input: string): void {
    const [id = '', secret] = appToken.split('|')
    if (tools.client(id)?.secret !== secret) return refuse(400, 190, 'Invalid OAuth access token.')
    const asked = tools.granted(input)
    if (!asked) return sendJson(res, 200, { data: { is_valid: false, scopes: [] } })
    const { account, expiresAt: expires_at, scope } = asked
    const data = { app_id: id, type: 'USER', is_valid: true, expires_at, scopes: scope.split(' '), user_id: account }
    sendJson(res, 200, { data })
  }
  /** As it was asked for, with the token in the address: https://developers.facebook.com/docs/graph-api/results */
  function nextAddress(after: string): string {
    const asked = new URLSearchParams({ ...Object.fromEntries(query), access_token: token!, after })
    return `https://graph.facebook.com${path}?${asked.toString()}`
  }
  function edge(items: Node[], always: string[] = []): unknown {
    const wanted = [...(query.get('fields') ?? 'id,name').split(','), ...always]
    const limit = Number(query.get('limit') ?? 25)
    const from = Number(query.get('after') ?? 0)
    const page = items.slice(from, from + limit).map(item => only(item, wanted))
    if (from + limit >= items.length) return { data: page, paging: { cursors: {} } }
    const after = String(from + limit)
    return { data: page, paging: { cursors: { after }, next: nextAddress(after) } }
  }
}

type Node = Record<string, unknown>

function asked<Given>(work: () => Given): Given | GraphRefusal {
  try {
    return work()
  } catch (error) {
    if (error instanceof GraphRefusal) return error
    throw error
  }
}

const only = (node: Node, fields: string[]): Node =>
  Object.fromEntries(Object.entries(node).filter(([name]) => name === 'id' || fields.includes(name)))

/** What was asked for, with what the person has said to each. */
function permissions({ params, scope }: Granted): Node[] {
  const given = scope.split(' ')
  const asked = (params['scope'] ?? '').split(/[ ,]+/).filter(Boolean)
  return [...new Set([...asked, ...given])].filter(Boolean).map(permission => ({
    permission,
    status: given.includes(permission) ? 'granted' : 'declined',
  }))
}
