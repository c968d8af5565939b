"""Static files under names that hold their hash, JavaScript modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Rewrite the imports of our modules too, so that all may be cached for long."""

    support_js_module_import_aggregation = True
