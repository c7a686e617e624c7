# The only list of commands: `make` alone prints it.
# Everything runs inside .venv, which is made from requirements.lock.

PYTHON ?= python3
ENV := .venv/.made
# Normalise, never empty: nbval compares the outputs.
NORMALISE := .venv/bin/nbstripout --keep-output --keep-count --keep-id --extra-keys \
	"metadata.papermill metadata.language_info.version cell.metadata.papermill cell.metadata.execution"
.DEFAULT_GOAL := help
.PHONY: help report test env check fix normalise notebooks lab bench demo-data lock clean

help: ## 列出命令 · print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

report: env ## 生成沂源县2020年报告 · write the Yiyuan 2020 report into reports/
	.venv/bin/youzhi report yiyuan 2020

test: check ## 建立环境并全面检查 · set up, then check: the line that CI runs

env: $(ENV) ## 建立环境 · make .venv from the lock; PYTHON=python3.12 picks another Python

check: env ## 检查，不改文件 · lint, layers, tests, notebooks; changes nothing
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	$(NORMALISE) --verify notebooks/*.ipynb
	.venv/bin/pytest --numprocesses auto --dist loadfile
	.venv/bin/pytest --nbval --nbval-current-env --numprocesses auto --dist loadfile notebooks

fix: env normalise ## 自动修正格式 · repair what ruff can repair, normalise the notebooks
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

normalise: env ## 整理笔记本，保留输出 · drop run times and versions from the notebooks, keep outputs
	$(NORMALISE) notebooks/*.ipynb

notebooks: env ## 重新运行全部笔记本 · run every notebook again, in place, with its defaults
	.venv/bin/jupyter nbconvert --to notebook --execute --inplace notebooks/*.ipynb
	$(NORMALISE) notebooks/*.ipynb

lab: env ## 打开中文 JupyterLab · open the notebooks; Settings > Language changes the language
	mkdir -p .venv/share/jupyter/lab/settings
	echo '{"@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"}}' \
		> .venv/share/jupyter/lab/settings/overrides.json
	.venv/bin/jupyter lab notebooks

bench: env ## 测速 · measure again what README says about speed
	.venv/bin/python -m benchmarks

demo-data: env ## 重写演示数据 · write the synthetic tables in data/ again
	.venv/bin/youzhi demo-data

lock: .venv/bin/uv ## 重新锁定依赖 · resolve again, keeping pins; UPGRADE=--upgrade raises them
	.venv/bin/uv pip compile pyproject.toml --output-file requirements.lock $(UPGRADE) \
		--universal --python-version 3.11 --all-extras --generate-hashes \
		--custom-compile-command "make lock" --quiet
	sed -E '/^ +(--hash|#)/d; s/ \\$$//' requirements.lock > requirements.txt

clean: ## 删除可再生成的一切 · delete all that can be made again, reports and .venv too
	rm -rf .venv reports build *.egg-info .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# How the environment comes to be.  It is made again only when the lock or pyproject.toml changes.
$(ENV): requirements.lock pyproject.toml | .venv/bin/uv
	.venv/bin/uv pip sync --python .venv --require-hashes --compile-bytecode requirements.lock
	.venv/bin/uv pip install --python .venv --no-deps --no-build-isolation --editable .
	touch $@

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo '需要 Python 3.11、3.12 或 3.13，例如：make env PYTHON=python3.12'; \
		echo 'Python 3.11, 3.12 or 3.13 is needed, for example: make env PYTHON=python3.12'; \
		exit 1; } >&2
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --constraint requirements.txt uv
