# 民生实事一张图 · Minsheng Map. Every target calls a script of the same name in scripts/, which works without make too.
# Arguments go in ARGS: make test ARGS="-k nearby"
.DEFAULT_GOAL := help
.PHONY: help run demo test check bench lock

help: ## 显示本帮助 · show this help
	@scripts/help $(MAKEFILE_LIST)

run: ## 安装、建库、启动地图 · set up and serve the map (PORT, MINSHENG_DATA, DATABASE_URL)
	@scripts/run $(ARGS)

demo: ## 同上，带演示进度 · the same with sample progress
	@scripts/demo $(ARGS)

test: ## 运行全部测试 · run all tests (ARGS go to pytest)
	@scripts/test $(ARGS)

check: ## 检查代码与清单 · lint, types, locks, translations
	@scripts/check $(ARGS)

bench: ## 性能测试 · measure the two engines
	@scripts/bench $(ARGS)

lock: ## 更新依赖锁定文件 · write the lock files anew
	@scripts/lock $(ARGS)
