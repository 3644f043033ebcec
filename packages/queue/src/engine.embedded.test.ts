import { describeEngine } from './engine.test.rules.ts'
import { embeddedPlace } from './engine.test.stage.ts'

describeEngine('the embedded file', embeddedPlace)
