import { idPrefixes, type IdKind } from '../../ids.ts'
import { idempotencyKeyPattern } from '../idempotency/idempotency.ts'
import type { JsonSchema, SchemaCollector } from './json-schema.ts'
import { bodyExamples } from './openapi-examples.ts'
import { errorsOf } from './openapi-errors.ts'
import { referTo } from './openapi-headers.ts'
import { parameterWords } from './openapi-words.ts'
import { operationIdOf, pascal } from './operation-id.ts'
import type { AnyRoute } from '../route.ts'

/** One operation of the document. Its body and its reply become components under names that follow from its own. */
export function operationOf(route: AnyRoute, schemas: SchemaCollector): JsonSchema {
  const operationId = operationIdOf(route)
  const parameters = [...parametersOf(route, 'params', schemas), ...parametersOf(route, 'query', schemas)]
  if (route.idempotent === true) parameters.push(idempotencyKey)
  if (route.ifMatch === true) parameters.push(ifMatch)
  return {
    operationId,
    summary: route.summary,
    description: route.description ?? `${route.summary}.`,
    tags: [route.tag],
    ...(route.deprecated === true ? { deprecated: true } : {}),
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: requestBodyOf(route, operationId, schemas) }),
    responses: { [route.status ?? 200]: successOf(route, operationId, schemas), ...errorsOf(route) },
  }
}

function requestBodyOf(route: AnyRoute, operationId: string, schemas: SchemaCollector): JsonSchema {
  const schema = schemas.named(`${pascal([operationId])}Input`, route.body!, 'input')
  const example = bodyExamples[operationId]
  return {
    // A body that may be left out is one that the schema makes up for.
    required: !route.body!.safeParse(undefined).success,
    content: {
      'application/json': { schema, ...(example === undefined ? {} : { example }) },
      ...Object.fromEntries((route.file?.types ?? []).map(type => [type, { schema: { type: 'string' } }])),
    },
  }
}

function successOf(route: AnyRoute, operationId: string, schemas: SchemaCollector): JsonSchema {
  const names: Parameters<typeof referTo>[0] = ['x-request-id']
  if (route.idempotent === true) names.push('idempotent-replayed')
  if (route.headers !== undefined) names.push('etag')
  if (route.status === 204) return { description: 'Done', headers: referTo(names) }
  if (route.stream) {
    const { type } = route.stream
    const types = typeof type === 'string' ? [type] : type.any
    const content = Object.fromEntries(types.map(one => [one, { schema: { type: 'string' } }]))
    return { description: 'Success', headers: referTo(names), content }
  }
  const listed = /^list(.+)$/.exec(operationId)?.[1]
  const name = listed === undefined ? `${pascal([operationId])}Result` : `${listed}Page`
  const schema = schemas.named(name, route.reply, 'output')
  const content = {
    'application/json': { schema },
    ...(route.csv === undefined ? {} : { 'text/csv': { schema: { type: 'string' } } }),
  }
  return { description: 'Success', headers: referTo(names), content }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Any text of your own, 1 to 255 visible ASCII characters; the same for every repeat of one request. It is of this API key alone.',
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: idempotencyKeyPattern.source,
    examples: ['invoice-42-paid'],
  },
}

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The `ETag` that the thing must still have',
  schema: { type: 'string', maxLength: 100, examples: ['"3"'] },
}

function parametersOf(route: AnyRoute, part: 'params' | 'query', schemas: SchemaCollector): JsonSchema[] {
  const schema = route[part]
  if (!schema) return []
  const { properties = {}, required = [] } = schemas.of(schema, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  const place = part === 'params' ? 'path' : 'query'
  return Object.entries(properties).map(([name, { description, style, ...of }]) => ({
    name,
    in: place,
    ...(style === undefined ? {} : { style, explode: true }),
    required: place === 'path' || required.includes(name),
    description: description ?? parameterWords[name] ?? idWords(name),
    schema: { ...of, ...examplesOf(name, of) },
  }))
}

/** The kinds of ids whose parameters are not named after them. */
const otherNames: Record<string, IdKind> = { attemptId: 'connectAttempt', runId: 'syncRun' }

function kindOf(name: string): IdKind | undefined {
  const kind = otherNames[name] ?? name.replace(/Id$/, '')
  return kind in idPrefixes ? (kind as IdKind) : undefined
}

function idWords(name: string): string | undefined {
  const kind = kindOf(name)
  if (kind === undefined) return undefined
  const words = kind.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`).replace('api', 'API')
  return `The id of the ${words}: \`${idPrefixes[kind]}_…\``
}

function examplesOf(name: string, schema: JsonSchema): JsonSchema {
  const kind = kindOf(name)
  return kind === undefined || schema.examples !== undefined
    ? {}
    : { examples: [`${idPrefixes[kind]}_01kb3v9w8xf4s9hq2m7c5t6n0p`] }
}

function securityOf({ access }: AnyRoute): Record<string, string[]>[] {
  if (access === 'public') return []
  // OpenAPI 3.1 lets any scheme name the roles it takes.
  return access === 'admin' ? [{ adminKey: [] }] : [{ apiKey: [access] }]
}
