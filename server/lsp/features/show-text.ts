/** Shows a text in clients that do not show what commands answer with. */
import { MessageType, ShowMessageNotification } from "vscode-languageserver";
import type { ServerContext } from "../core/server-context.ts";

/** As a notification: the connection's own messages are requests, at which some editors stop and wait for a choice. */
export function showText(message: string, { connection }: Pick<ServerContext, "connection">): Promise<void> {
  return connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message });
}
