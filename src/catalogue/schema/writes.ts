import { z } from 'zod'
import { jsonObject, jsonPath, parameter, pathTemplate, query, text, lifetime } from './values.ts'

export type WriteDefinition = z.infer<typeof writeDefinition>
/** A call that writes one thing. The answer holds the thing as it is afterwards. */
export const writeDefinition = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH']),
  path: pathTemplate,
  query: query.exactOptional(),
  encoding: z.enum(['json', 'form']),
  item: jsonPath.exactOptional().describe('Where the thing is in the answer; the body itself when absent'),
})

export type UpdateDefinition = z.infer<typeof updateDefinition>
export const updateDefinition = z.strictObject({
  ...writeDefinition.shape,
  idField: jsonPath.exactOptional().describe("Where the body takes the thing's id"),
  versionField: jsonPath.exactOptional().describe("Where the body takes the thing's version"),
  constant: jsonObject.exactOptional().describe('What the body says besides'),
  cleared: z.union([z.null(), z.literal('')]).describe('What a field is set to in order to empty it'),
})

export type DeleteDefinition = z.infer<typeof deleteDefinition>
export const deleteDefinition = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('call'), method: z.literal('DELETE'), path: pathTemplate })
    .describe('Deleting is a call of its own'),
  z
    .strictObject({ kind: z.literal('mark'), body: jsonObject, restore: jsonObject })
    .describe('Deleting is an update that marks the thing'),
])

export type BatchDefinition = z.infer<typeof batchDefinition>
/** Several writes in one call, answered one by one. */
export const batchDefinition = z.strictObject({
  size: z.int().min(1).max(1_000).describe('At most so many things in one call'),
  path: pathTemplate,
  query: query.exactOptional(),
  requests: jsonPath.describe('Where the calls go in the body'),
  answers: jsonPath.describe('Where their answers come back'),
  correlation: jsonPath.describe('The member of a call and of its answer that says which belong together'),
  operation: z.strictObject({ field: jsonPath, create: text(50), update: text(50) }),
  thing: jsonPath.describe('The member that holds the thing'),
  faultCode: jsonPath.describe('Where an answer says why it was refused'),
})

/**
 * How the platform takes the key by which it recognises a repeated write, and how long it remembers one, where it says so. A
 * create without a key, or later than that, is never sent again: a person is asked.
 */
export const idempotency = z.discriminatedUnion('in', [
  z
    .strictObject({ in: z.literal('query'), name: parameter, keptFor: lifetime.exactOptional() })
    .describe('A parameter of the query'),
  z.strictObject({ in: z.literal('header'), name: parameter, keptFor: lifetime.exactOptional() }).describe('A header'),
])
