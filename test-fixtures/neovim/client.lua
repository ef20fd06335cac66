-- Drives the language server from a headless neovim, as its user would, and prints what it sees as JSON lines.
-- Written for the built-in client of neovim 0.7 and later. PINSCOPE is the command line's bundle, FILE the document.
local uri_of = vim.uri_from_fname
local file = vim.env.FILE
local waiting_time = 20000

local function say(event, value)
  io.stdout:write(vim.fn.json_encode({ event = event, value = value }) .. "\n")
end

local function give_up(message)
  say("failure", message)
  vim.cmd("cquit 1")
end

vim.cmd("edit " .. vim.fn.fnameescape(file))
vim.bo.filetype = "c"
local buffer = vim.api.nvim_get_current_buf()
local client_id = vim.lsp.start_client({
  name = "pinscope",
  cmd = { vim.env.NODE, vim.env.PINSCOPE, "lsp", "--stdio" },
  root_dir = vim.fn.fnamemodify(file, ":h"),
  settings = { pinscope = { codeLens = "acquisitions" } },
})
if not client_id then
  give_up("the client did not start")
end
vim.lsp.buf_attach_client(buffer, client_id)

-- Waits until the diagnostics are of the count given, and returns them in order of place.
local function diagnostics(count)
  local came = vim.wait(waiting_time, function()
    return vim.lsp.buf_is_attached(buffer, client_id) and #vim.diagnostic.get(buffer) == count
  end, 20)
  if not came then
    give_up("expected " .. count .. " diagnostics, have " .. vim.fn.json_encode(vim.diagnostic.get(buffer)))
  end
  local list = vim.diagnostic.get(buffer)
  table.sort(list, function(left, right)
    return left.lnum < right.lnum
  end)
  return list
end

local function request(method, params)
  local client = vim.lsp.get_client_by_id(client_id)
  local answer, problem = client.request_sync(method, params, waiting_time, buffer)
  if problem or not answer or answer.err then
    give_up(method .. ": " .. (problem or vim.fn.json_encode(answer and answer.err or "no answer")))
  end
  return answer.result
end

local document = { uri = uri_of(file) }

local first = diagnostics(2)
say(
  "diagnostics",
  vim.tbl_map(function(one)
    return { line = one.lnum + 1, code = one.code, source = one.source }
  end, first)
)

local place = vim.fn.searchpos("pin_user_pages_fast", "nw")
local hover = request("textDocument/hover", {
  textDocument = document,
  position = { line = place[1] - 1, character = place[2] - 1 },
})
say("hover", hover and hover.contents and hover.contents.value or vim.NIL)

say(
  "lenses",
  vim.tbl_map(function(lens)
    return { line = lens.range.start.line + 1, title = lens.command.title }
  end, request("textDocument/codeLens", { textDocument = document }))
)

-- The text of a run, which comes with the answer to the command.
local run = request("workspace/executeCommand", {
  command = "pinscope.server.simulate",
  arguments = { { uri = document.uri, ["function"] = "leaks" } },
})
say("simulated", run and run.text or vim.NIL)

-- The fix for the wrong release, applied as the editor applies it.
local wrong = first[1]
local range = {
  start = { line = wrong.lnum, character = wrong.col },
  ["end"] = { line = wrong.end_lnum, character = wrong.end_col },
}
local actions = request("textDocument/codeAction", {
  textDocument = document,
  range = range,
  context = { diagnostics = {} },
})
say(
  "actions",
  vim.tbl_map(function(action)
    return action.title
  end, actions)
)
vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
say("fixed", vim.api.nvim_buf_get_lines(buffer, wrong.lnum, wrong.lnum + 1, false)[1])
say(
  "after the fix",
  vim.tbl_map(function(one)
    return one.code
  end, diagnostics(1))
)

-- A release typed in front of the leaking return makes the other one go; taken out again, it comes back.
local leak = diagnostics(1)[1]
vim.api.nvim_buf_set_lines(buffer, leak.lnum, leak.lnum, false, { "\tunpin_user_page(page);" })
diagnostics(0)
vim.api.nvim_buf_set_lines(buffer, leak.lnum, leak.lnum + 1, false, {})
say("comes back", diagnostics(1)[1].code)

vim.lsp.stop_client(client_id)
local ended = vim.wait(5000, function()
  return vim.lsp.client_is_stopped(client_id)
end, 20)
say("stopped", ended)
vim.cmd("qall!")
