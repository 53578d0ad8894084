# SPDX-License-Identifier: Apache-2.0
"""Two hundred well-known projects of the Python world, normalised: what typing slips are measured against at first.

Chosen by hand among those that most environments hold. An instance adds the names that are downloaded from it most.
"""

_NAMES = """
absl-py aiobotocore aiofiles aiohttp aiosignal alembic altair annotated-types anthropic anyio appdirs argon2-cffi
arrow asgiref asn1crypto asttokens astroid async-timeout asyncpg atomicwrites attrs autobahn awscli azure-core
azure-identity babel backoff bcrypt beautifulsoup4 billiard black bleach blinker bokeh boto boto3 botocore build
cachetools celery certifi cffi chardet charset-normalizer click cloudpickle colorama configparser coverage
croniter cryptography cycler cython dask databricks-sdk datasets debugpy decorator defusedxml dill discord-py
distlib distro django django-cors-headers djangorestframework dnspython docker docker-compose docopt docutils
duckdb elasticsearch executing faker fastapi fastjsonschema filelock flake8 flask flask-cors fonttools frozenlist
fsspec future gevent gitpython google-api-core google-auth google-cloud-storage greenlet grpcio gunicorn h11
httpcore httplib2 httptools httpx huggingface-hub hypothesis idna imageio importlib-metadata iniconfig ipykernel
ipython isodate isort itsdangerous jedi jinja2 jmespath joblib jsonschema jupyter jupyterlab keras keyring
kiwisolver kombu kubernetes langchain lightgbm loguru lxml mako markdown markdown-it-py markupsafe matplotlib
mccabe mkdocs mock more-itertools msgpack multidict mypy mypy-extensions mysqlclient nbconvert networkx nltk nose
notebook numba numpy oauthlib openai opencv-python openpyxl opentelemetry-api orjson packaging pandas paramiko
parso passlib pathspec pexpect pillow pip pipenv platformdirs plotly pluggy poetry polars pre-commit
prometheus-client prompt-toolkit protobuf psutil psycopg2 psycopg2-binary pyarrow pyasn1 pycodestyle pycparser
pycryptodome pydantic pydantic-core pyflakes pygame pygments pyinstaller pyjwt pylint pymongo pymysql pynacl
pyopenssl pyparsing pyserial pyspark pytest pytest-asyncio pytest-cov pytest-mock pytest-xdist python-dateutil
python-dotenv python-json-logger python-multipart pytz pywin32 pyyaml pyzmq rapidfuzz redis regex requests
requests-oauthlib requests-toolbelt rich rsa ruamel-yaml ruff s3fs s3transfer scikit-image scikit-learn scipy
scrapy seaborn selenium sentencepiece sentry-sdk setuptools setuptools-scm shapely simplejson six sniffio
snowflake-connector-python sortedcontainers soupsieve spacy sphinx sqlalchemy sqlparse starlette statsmodels
streamlit sympy tabulate tenacity tensorboard tensorflow termcolor tiktoken tokenizers toml tomli tomlkit toolz
torch torchvision tornado tox tqdm traitlets transformers trio twine twisted typeguard typer typing-extensions
tzdata tzlocal ujson urllib3 uv uvicorn uvloop virtualenv watchdog watchfiles wcwidth webencodings websocket-client
websockets werkzeug wheel wrapt xgboost xlrd xlsxwriter yarl zeep zipp zope-interface zstandard
"""

WELL_KNOWN: frozenset[str] = frozenset(_NAMES.split())
