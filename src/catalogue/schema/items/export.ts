import { z } from 'zod'
import { asked, askedByBody } from '../calls.ts'
import { jsonPath, lifetime, text } from '../values.ts'

const aboutJob = {
  ...asked,
  ...askedByBody,
  idAt: jsonPath.exactOptional().describe("Where the body takes the job's id, such as `variables.id`"),
}

const states = z.array(text(100)).min(1).max(10)

const jobExport = z
  .strictObject({
    kind: z.literal('job'),
    start: z
      .strictObject({ ...asked, ...askedByBody, job: jsonPath.describe("Where the answer has the job's id") })
      .describe('Starts the job. An answer without its id is a refusal, such as of one more than run at once'),
    look: z.strictObject({
      ...aboutJob,
      state: jsonPath.describe('Where the answer has the state of the job'),
      underway: states.describe('The states in which it goes on'),
      done: states.describe('The states in which its file is whole; in any other it came to nothing'),
      file: jsonPath.describe(
        "Where the answer has the file's address once it is done; null there where nothing is in it",
      ),
    }),
    stop: z.strictObject(aboutJob).exactOptional().describe('Ends a job that takes longer than is waited for'),
    longest: lifetime.describe('How long a job is waited for'),
    file: z
      .strictObject({
        format: z.literal('ndjson'),
        nested: z
          .strictObject({
            parent: text(100).describe('The member by which a row names the thing that it is part of'),
            at: jsonPath.describe('The list of that thing that it belongs to'),
          })
          .exactOptional()
          .describe('Some rows are parts of the thing in the last row before them that is none'),
      })
      .describe('A file of a JSON text in each line, read without the credential'),
  })
  .describe('A job is started, looked at until it is done, and the file that it has made is read part by part')

export type ExportDefinition = z.infer<typeof exportDefinition>
/** How a platform makes a file of a whole list. */
export const exportDefinition = z.discriminatedUnion('kind', [jobExport])
