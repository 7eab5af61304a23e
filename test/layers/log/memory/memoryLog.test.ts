import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { messageLogContract } from "../messageLogContract.ts"

messageLogContract("memory", MessageLog.layerMemory)
