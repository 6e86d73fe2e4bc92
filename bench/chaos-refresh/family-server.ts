import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// A platform that replaces refresh tokens on use, a process of its own. A spent one may be used again for so long; later, or
// where its successor has been used, that ends the whole family of tokens. Answers take up to half a second.
//   node bench/chaos-refresh/family-server.ts GRACE_MS

const graceMs = Number(process.argv[2])
const slowestMs = 500

interface Token {
  family: string
  spentAt?: number
  successors: Token[]
}

const tokens = new Map<string, Token>()
const ended = new Set<string>()
let given = 0
let again = new Set<string>()

/** What a refresh token is worth: its family's next token, or nothing. The first of a family is whatever names it. */
function spend(text: string): string | undefined {
  const known = tokens.get(text) ?? (text.startsWith('first-') ? { family: text, successors: [] } : undefined)
  if (!known) return undefined
  tokens.set(text, known)
  if (ended.has(known.family)) return undefined
  const late = known.spentAt !== undefined && Date.now() - known.spentAt > graceMs
  if (late || known.successors.some(successor => successor.spentAt !== undefined)) {
    ended.add(known.family)
    return undefined
  }
  if (known.spentAt !== undefined) again.add(known.family)
  known.spentAt ??= Date.now()
  const next: Token = { family: known.family, successors: [] }
  known.successors.push(next)
  const name = `next-${++given}-${known.family}`
  tokens.set(name, next)
  return name
}

function answer(response: ServerResponse, body: string): void {
  const said = body.startsWith('{') ? (JSON.parse(body) as Record<string, string>) : body
  const refreshToken = spend(new URLSearchParams(said).get('refresh_token') ?? '')
  const told = refreshToken
    ? { access_token: `access-${given}`, refresh_token: refreshToken, token_type: 'bearer', expires_in: 3600 }
    : { error: 'invalid_grant' }
  const send = () =>
    response.writeHead(refreshToken ? 200 : 400, { 'content-type': 'application/json' }).end(JSON.stringify(told))
  setTimeout(send, Math.random() * slowestMs)
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => answer(response, body))
})
// What is asked: the families that were ended so far, and those whose spent token was shown again since it was asked last.
process.on('message', () => {
  process.send?.({ ended: [...ended], again: [...again] })
  again = new Set()
})
server.listen(0, () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
