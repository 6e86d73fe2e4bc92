import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { Hub } from '../hub.ts'
import { version } from '../version.ts'
import { openApiOf } from './openapi/openapi.ts'
import type { AnyRoute } from './route.ts'

/** The API's own description: `/openapi.json`, and `/docs` to read it, whose files come from this process. */
export async function registerDocs(app: FastifyInstance, hub: Hub, routes: AnyRoute[]): Promise<void> {
  const document = openApiOf(routes, { url: hub.config.http.publicUrl, version })
  let text: string | undefined
  app.get('/openapi.json', async (_request, reply) => {
    text ??= JSON.stringify(document)
    return reply.type('application/json; charset=utf-8').send(text)
  })
  await app.register(swagger, { mode: 'static', specification: { document: document as never } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Not the plugin's own, which has browsers ask for the page's parts by https even where the hub is served by http.
    staticCSP: {
      'default-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      'connect-src': `'self' ${new URL(hub.config.http.publicUrl).origin}`,
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'object-src': "'none'",
    },
    uiConfig: { docExpansion: 'none', persistAuthorization: false },
    // The bar only offers to open another document.
    theme: {
      title: 'Causeway API',
      css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  })
}
