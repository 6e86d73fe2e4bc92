import { figureTrials } from './figures.ts'
import { peopleTrials } from './people.ts'
import type { Trial } from './trial.ts'
import { workTrials } from './work.ts'

export const trials: Trial[] = [...workTrials, ...peopleTrials, ...figureTrials]
