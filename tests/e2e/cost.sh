#!/bin/bash
# Every generated call costs what a second working of PostHog's rules gives.
exec bash "$(dirname "${BASH_SOURCE[0]}")/../cost/check.sh" 20000
