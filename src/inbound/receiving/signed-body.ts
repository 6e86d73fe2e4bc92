import { HubError } from '../../errors.ts'
import type { WebhookDefinition } from '../../catalogue/schema/webhooks.ts'
import { encodingOf } from './content-encoding.ts'
import { inflated, isGzip } from './inflate.ts'
import { bodyLimitOf, untrustedBytes } from '../policy.ts'
import type { SignedRequest } from './signed-request.ts'

/**
 * Gives the body that the sender has signed, unpacked if it was compressed. Some senders sign the compressed bytes, others the
 * bytes before. The bytes as they came are tried first; unverified bytes are unpacked only as far as their size makes likely.
 * @param isSigned whether a request is proved to be the platform's
 * @param hold called with the bytes that unpacking takes
 * @throws HubError `SIGNATURE_INVALID` when the signature is missing, wrong or too old; `BODY_TOO_LARGE`; `INVALID_REQUEST`
 */
export async function signedBody(
  definition: WebhookDefinition,
  isSigned: (request: SignedRequest) => Promise<boolean>,
  request: SignedRequest,
  hold: (bytes: number) => void,
): Promise<Buffer> {
  const packed = isGzip(request.body)
  if (await isSigned(request)) {
    if (!packed) return request.body
    const body = await inflated(request.body, bodyLimitOf(definition))
    hold(body.length)
    return body
  }
  if (packed) {
    const most = Math.min(bodyLimitOf(definition), untrustedBytes(request.body.length))
    const body = await inflated(request.body, most).catch(() => undefined)
    if (body) hold(body.length)
    if (body && (await isSigned({ ...request, body }))) return body
  }
  const unread = encodingOf(request.headers)
  throw new HubError(
    'SIGNATURE_INVALID',
    unread === undefined
      ? {}
      : {
          message: `The signature is missing, wrong or too old. Content-Encoding ${unread} is not read: the signature has to be of the bytes as they are sent, or the body plain or gzip.`,
        },
  )
}
