import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { hostNameOf } from '../../../outgoing/private-hosts.ts'
import { readUrl } from '../../../outgoing/url.ts'
import { privateHostsOf, putPrivateHosts } from '../../../workspaces/private-hosts.ts'
import { findWorkspace } from '../../../workspaces/store.ts'
import { route, type AnyRoute } from '../../route.ts'

/** A name or an address as a URL has it, without a port. */
const host = z
  .string()
  .max(253)
  .refine(isHost, 'Must be a name or an address, in small letters and without a port, such as erp.example.internal')
  .meta({ description: 'The host, without a port: a name, or an address', examples: ['erp.example.internal'] })
const network = z
  .string()
  .max(50)
  .refine(isNetwork, 'Must be a CIDR block of addresses, no larger than a /8 (IPv6: /32), such as 10.1.0.0/16')
  .meta({ examples: ['10.1.0.0/16'] })

const body = z.strictObject({
  hosts: z
    .array(
      z.strictObject({
        host,
        networks: z
          .array(network)
          .min(1)
          .max(20)
          .meta({ description: 'The addresses that the host may have: CIDR blocks' }),
      }),
    )
    .max(100)
    .refine(hosts => new Set(hosts.map(one => one.host)).size === hosts.length, 'Names a host twice')
    .meta({
      description: 'The hosts that connections of this workspace may lead to though their addresses are private',
    }),
})

/** Which private addresses a workspace's connections may lead to: for the operator to say, and nobody else. */
export function privateHostRoutes(hub: Hub): AnyRoute[] {
  const common = {
    ...({ tag: 'Workspaces', access: 'admin', url: '/v1/workspaces/:workspaceId/private-hosts' } as const),
    ...{ params: z.strictObject({ workspaceId: z.string() }), reply: body },
  }
  return [
    route({
      ...common,
      method: 'GET',
      summary: 'Get the private hosts of a workspace',
      errors: ['WORKSPACE_NOT_FOUND'],
      async handler({ params: { workspaceId } }) {
        await findWorkspace(hub.db, workspaceId)
        return { hosts: await privateHostsOf(hub.db, workspaceId) }
      },
    }),
    route({
      ...common,
      method: 'PUT',
      summary: 'Open private hosts to a workspace',
      description:
        "Connections of the workspace may lead to these hosts at these private addresses, and plain http may be used to them: for a customer's own " +
        'servers. All others stay closed. It holds in every process within two seconds, and is written to the audit log.',
      body,
      errors: ['WORKSPACE_NOT_FOUND'],
      async handler({ params: { workspaceId }, body, caller }) {
        await putPrivateHosts(hub, caller.apiKeyId, workspaceId, body.hosts)
        return body
      },
    }),
  ]
}

function isHost(text: string): boolean {
  const inUrl = text.includes(':') ? `[${text}]` : text
  const read = readUrl(`https://${inUrl}/`)
  return 'url' in read && read.url.port === '' && hostNameOf(read.url) === text && read.url.pathname === '/'
}

function isNetwork(text: string): boolean {
  if (!ipaddr.isValidCIDR(text)) return false
  const [address, bits] = ipaddr.parseCIDR(text)
  return bits >= (address.kind() === 'ipv4' ? 8 : 32)
}
