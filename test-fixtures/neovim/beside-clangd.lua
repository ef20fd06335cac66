-- The language server and clangd on one document in a headless neovim: prints whose diagnostics and hovers came, as JSON
-- lines. PINSCOPE is the command line's bundle, CLANGD clangd's name, FILE the document.
local file = vim.env.FILE
local waiting_time = 30000

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
local root = vim.fn.fnamemodify(file, ":h")
local names = {}
for name, cmd in pairs({
  pinscope = { vim.env.NODE, vim.env.PINSCOPE, "lsp", "--stdio" },
  clangd = { vim.env.CLANGD, "--log=error", "--background-index=0" },
}) do
  local id = vim.lsp.start_client({ name = name, cmd = cmd, root_dir = root })
  if not id then
    give_up(name .. " did not start")
  end
  names[id] = name
  vim.lsp.buf_attach_client(buffer, id)
end

-- Codes by the server that they came from.
local function diagnostics()
  local codes = { pinscope = {}, clangd = {} }
  for id, name in pairs(names) do
    for _, one in ipairs(vim.diagnostic.get(buffer, { namespace = vim.lsp.diagnostic.get_namespace(id) })) do
      table.insert(codes[name], one.code or one.message)
    end
    table.sort(codes[name])
  end
  return codes
end

local came = vim.wait(waiting_time, function()
  local codes = diagnostics()
  return #codes.pinscope == 2 and #codes.clangd > 0
end, 50)
if not came then
  give_up("diagnostics: " .. vim.fn.json_encode(diagnostics()))
end
say("diagnostics", diagnostics())

-- What each says of the variable that is put.
local place = vim.fn.searchpos("put_page(\\zspage", "nw")
local answers = vim.lsp.buf_request_sync(buffer, "textDocument/hover", {
  textDocument = { uri = vim.uri_from_fname(file) },
  position = { line = place[1] - 1, character = place[2] - 1 },
}, waiting_time)
local hovers = {}
for id, answer in pairs(answers or {}) do
  local contents = answer.result and answer.result.contents
  hovers[names[id]] = contents and contents.value or ""
end
say("hovers", hovers)

vim.lsp.stop_client(vim.tbl_keys(names))
vim.wait(5000, function()
  return #vim.lsp.get_active_clients() == 0
end, 20)
vim.cmd("qall!")
