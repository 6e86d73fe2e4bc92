import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A platform, and receivers, some of which are in trouble until they are mended. */
export interface TroubledPlatform {
  url: string
  /** From now on the receivers take deliveries, and the platform answers what syncs ask for. */
  mend(): void
  close(): void
}

/**
 * Answers as QuickBooks Online does, on one address with the receivers. Refresh tokens that begin with `dead` are dead for good;
 * until it is mended, `/bad…` takes no deliveries and no customers are told of.
 */
export async function startTroubledPlatform(): Promise<TroubledPlatform> {
  let isMended = false
  const answer = (url: URL, body: string): [status: number, body: unknown] => {
    if (url.pathname.startsWith('/bad')) return [isMended ? 200 : 500, {}]
    if (url.pathname.includes('/tokens/')) {
      if (body.includes('refresh_token=dead')) return [400, { error: 'invalid_grant' }]
      return [200, { access_token: 'at', refresh_token: 'rt', token_type: 'bearer', expires_in: 3_600 }]
    }
    if (url.pathname.endsWith('/query')) return isMended ? [200, { QueryResponse: {} }] : [500, {}]
    if (url.pathname.endsWith('/cdc')) return isMended ? [200, { CDCResponse: [{ QueryResponse: [{}] }] }] : [500, {}]
    return [200, { CompanyInfo: { CompanyName: 'Co' } }]
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [status, body] = answer(new URL(request.url ?? '/', 'http://platform'), Buffer.concat(chunks).toString())
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', 4_096, resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mend: () => void (isMended = true),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
