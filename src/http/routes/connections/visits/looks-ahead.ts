import type { FastifyRequest } from 'fastify'

/** Whether a browser asks in advance (https://wicg.github.io/nav-speculation/prefetch.html), in the words of any of them. */
export function looksAhead({ headers }: FastifyRequest): boolean {
  const said = [headers['sec-purpose'], headers.purpose, headers['x-purpose'], headers['x-moz']]
  return said.some(value => /prefetch|prerender|preview/i.test(String(value ?? '')))
}
