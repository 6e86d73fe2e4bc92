import { cancelImport } from '../src/connections/imports/cancel-import.ts'
import type { ImportInput, ImportStep } from '../src/connections/imports/contract.ts'
import { moveImport } from '../src/connections/imports/move-import.ts'
import { isHubError } from '../src/errors.ts'
import type { Hub } from '../src/hub.ts'
import { beating } from './beating.ts'

/** The activities of connections that are brought in from elsewhere. */
export function createImportActivities(hub: Hub) {
  return {
    /** Decides the next rows. */
    async moveImport(input: ImportInput): Promise<ImportStep> {
      return beating(signal => moveImport(hub, input, signal))
    },
    /** Its workflow was cancelled in the Temporal UI: the row says so too, and another run gives up what is left. */
    async cancelImport({ workspaceId, importId }: ImportInput): Promise<void> {
      try {
        await cancelImport(hub, 'importConnections', workspaceId, importId)
      } catch (error) {
        // It is over, or gone.
        if (!isHubError(error, 'CONFLICT') && !isHubError(error, 'IMPORT_NOT_FOUND')) throw error
      }
    },
  }
}
