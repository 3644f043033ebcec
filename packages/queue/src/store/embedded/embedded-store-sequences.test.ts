import { describeSequences } from '../../testing/sequences/describe-sequences.ts'
import { harnessOnFile } from './file-place.test.file.ts'

describeSequences('the embedded store', harnessOnFile)
