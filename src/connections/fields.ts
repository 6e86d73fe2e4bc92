import { z } from 'zod'

// What a caller says of a connection, whether in a request or in a row of a file.

const noControls = /^[^\x00-\x1f\x7f-\x9f]*$/

/** The product's own id of a user. */
export const ownerField = z
  .string()
  .min(1)
  .max(200)
  .regex(noControls, 'Must not contain control characters')
  .meta({ description: 'Your user whose account it is', examples: ['user-42'] })
export const tagField = z.string().min(1).max(100).regex(noControls, 'Must not contain control characters')
export const tagsField = z
  .array(tagField)
  .max(20)
  .transform(tags => [...new Set(tags)])
  .meta({ description: 'Words of your own by which connections are listed', examples: [['pilot', 'eu']] })

/** One text of a token. */
export const tokenField = z.string().min(1).max(20_000)

/** What a method asks for to connect at once, by the names of its fields. */
export const credentialsField = z
  .record(z.string().max(50), tokenField)
  .refine(fields => Object.keys(fields).length <= 10, 'Takes at most 10 fields')
  .meta({
    description: "What the provider's method asks for, by the names of its fields; a key that is one text is `apiKey`",
  })
