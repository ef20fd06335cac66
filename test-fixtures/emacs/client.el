;;; client.el --- Drives the language server through eglot in batch mode -*- lexical-binding: t -*-
;; Prints what the editor sees as JSON lines.  PINSCOPE is the command line's bundle, FILE the document.  Works with the
;; eglot of emacs 29 and with Debian 12's package elpa-eglot for emacs 28.

(let ((default-directory "/usr/share/emacs/site-lisp/elpa/"))
  (when (file-directory-p default-directory)
    (normal-top-level-add-subdirs-to-load-path)))
(require 'cc-mode)
(require 'eglot)
(require 'flymake)
(require 'json)

(defconst pinscope-patience 20 "Seconds to wait for the server.")

(defun pinscope-say (event value)
  (princ (concat (json-encode `((event . ,event) (value . ,value))) "\n")))

(defun pinscope-wait (what look)
  "Wait until LOOK gives something, and return that; WHAT is said when it does not."
  (let ((until (+ (float-time) pinscope-patience)) found)
    (while (and (not (setq found (funcall look))) (< (float-time) until))
      (accept-process-output nil 0.05))
    (unless found
      (pinscope-say "failure" (format "%s: %S" what (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))
      (kill-emacs 1))
    found))

(defun pinscope-diagnostics (count)
  "Wait for COUNT diagnostics, and return them as (LINE . TEXT), in order of place."
  (let ((list (pinscope-wait (format "%d diagnostics" count)
                             (lambda ()
                               (let ((now (flymake-diagnostics)))
                                 (and (= (length now) count) (or now t)))))))
    (unless (eq list t)
      (sort (mapcar (lambda (one)
                      (cons (line-number-at-pos (flymake-diagnostic-beg one)) (flymake-diagnostic-text one)))
                    list)
            (lambda (left right) (< (car left) (car right)))))))

(defun pinscope-seen (count)
  "The diagnostics as JSON shows them."
  (vconcat (mapcar (lambda (one) `((line . ,(car one)) (text . ,(cdr one)))) (pinscope-diagnostics count))))

;; As docs/editors.md says, but for the program's name.
(add-to-list 'eglot-server-programs
             `((c-mode c-ts-mode) . (,(getenv "NODE") ,(getenv "PINSCOPE") "lsp" "--stdio")))
(setq-default eglot-workspace-configuration '(:pinscope (:severity "warning")))
(setq eglot-sync-connect 10 eglot-autoshutdown t make-backup-files nil)

(find-file (getenv "FILE"))
(c-mode)
(apply #'eglot (eglot--guess-contact))
(flymake-start)
(pinscope-say "diagnostics" (pinscope-seen 2))

;; What eldoc shows at a call.
(goto-char (point-min))
(search-forward "pin_user_pages_fast")
(goto-char (match-beginning 0))
(pinscope-say "hover"
              (plist-get (plist-get (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover
                                                     (eglot--TextDocumentPositionParams))
                                    :contents)
                         :value))

;; The fix for the wrong release, applied as the editor applies it.
(goto-char (point-min))
(search-forward "put_page")
(goto-char (match-beginning 0))
(let* ((actions (jsonrpc-request (eglot--current-server-or-lose) :textDocument/codeAction
                                 (list :textDocument (eglot--TextDocumentIdentifier)
                                       :range (list :start (eglot--pos-to-lsp-position)
                                                    :end (eglot--pos-to-lsp-position (+ (point) 8)))
                                       :context (list :diagnostics []))))
       (titles (mapcar (lambda (action) (plist-get action :title)) actions)))
  (pinscope-say "actions" (vconcat titles))
  (eglot--apply-workspace-edit (plist-get (aref actions 0) :edit)))
(eglot--signal-textDocument/didChange)
(pinscope-say "fixed" (string-trim (thing-at-point 'line t)))
(pinscope-say "after the fix" (pinscope-seen 1))

;; A release typed in front of the leaking return makes the other one go; taken out again, it comes back.
(goto-char (point-max))
(search-backward "return 0;")
(beginning-of-line)
(insert "\tunpin_user_page(page);\n")
(eglot--signal-textDocument/didChange)
(pinscope-diagnostics 0)
(forward-line -1)
(delete-region (point) (progn (forward-line 1) (point)))
(eglot--signal-textDocument/didChange)
(pinscope-say "comes back" (pinscope-seen 1))

(eglot-shutdown (eglot--current-server-or-lose))
(pinscope-say "stopped" t)
(set-buffer-modified-p nil)
;;; client.el ends here
