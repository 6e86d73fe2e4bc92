import { z } from 'zod'
import { putClientCertificate, removeClientCertificate } from '../../../delivery/endpoints/client-certificate.ts'
import type { Hub } from '../../../hub.ts'
import { route, type AnyRoute } from '../../route.ts'
import { endpointSchema, showEndpoint } from './endpoint-schema.ts'

const params = z.strictObject({ endpointId: z.string() })
const url = '/v1/endpoints/:endpointId/client-certificate'
const tag = 'Endpoints'
const pem = (most: number, description: string) => z.string().min(1).max(most).meta({ description })

/** Mutual TLS: what the hub shows of itself to an endpoint. */
export function endpointCertificateRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'PUT',
      url,
      access: 'endpoints:write',
      summary: "Set an endpoint's client certificate",
      description:
        'The hub shows it when the receiver asks for one (mutual TLS). It is kept sealed and never answered; `certificateExpiresAt` tells when it ends.',
      params,
      body: z.strictObject({
        certificate: pem(65_536, 'PEM: the certificate, then those that lead to its authority'),
        privateKey: pem(16_384, 'PEM, not encrypted'),
        caCertificate: pem(
          65_536,
          "PEM: the authorities that the receiver's own certificate may come from, instead of the public ones",
        ).optional(),
      }),
      reply: endpointSchema,
      errors: ['ENDPOINT_NOT_FOUND', 'INVALID_CERTIFICATE', 'CONFLICT'],
      handler: async ({ params: { endpointId }, body, caller }) =>
        showEndpoint(await putClientCertificate(hub, caller.apiKeyId, caller.workspaceId, endpointId, body)),
    }),
    route({
      tag,
      method: 'DELETE',
      url,
      access: 'endpoints:write',
      summary: "Remove an endpoint's client certificate",
      params,
      status: 204,
      reply: z.undefined(),
      errors: ['ENDPOINT_NOT_FOUND'],
      handler: ({ params: { endpointId }, caller }) =>
        removeClientCertificate(hub, caller.apiKeyId, caller.workspaceId, endpointId).then(() => undefined),
    }),
  ]
}
